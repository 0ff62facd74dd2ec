import { ADDRESSES } from './addresses.js';
import { LINKS } from './links.js';
import { NEIGHBOURS } from './neighbours.js';
import { NEXTHOPS } from './nexthops.js';
import { ROUTES } from './routes.js';
import { RULES } from './rules.js';
import type { AnyTranslation } from './translation.js';
import type { ObjectName } from './watched.js';

/** How each kind of object stands in messages. */
export const TRANSLATIONS: Readonly<Record<ObjectName, AnyTranslation>> = {
  links: LINKS,
  addresses: ADDRESSES,
  nexthops: NEXTHOPS,
  routes: ROUTES,
  neighbours: NEIGHBOURS,
  rules: RULES,
};

import { ROUTE_VOCABULARY } from '../vocabulary/route-vocabulary.js';

/** The operations that rules can name; those of generic families have a dot in them and are not looked up. */
export const OPERATIONS: readonly string[] = ROUTE_VOCABULARY.names?.() ?? [];

/** The same without the keys whose value is undefined: what is absent is an absent key. */
export function present<T extends object>(values: { readonly [K in keyof T]-?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** The same without some keys. */
export function without<T extends object, K extends keyof T>(values: T, ...keys: readonly K[]): Omit<T, K> {
  const others: Partial<T> = { ...values };
  for (const key of keys) delete others[key];
  return others as Omit<T, K>;
}

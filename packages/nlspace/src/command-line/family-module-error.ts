export type FamilyModuleFailure = 'missing' | 'unusable';

/** A module with families cannot be used. */
export class FamilyModuleError extends Error {
  override readonly name = 'FamilyModuleError';

  constructor(
    message: string,
    readonly failure: FamilyModuleFailure = 'unusable',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

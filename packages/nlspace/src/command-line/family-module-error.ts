/** A module given with `--family` cannot be used. */
export class FamilyModuleError extends Error {
  override readonly name = 'FamilyModuleError';
}

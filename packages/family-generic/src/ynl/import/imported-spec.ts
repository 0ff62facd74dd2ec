/** A YNL specification as it has been read: numbers counted, names resolved, what only C generators want left out. */
export interface ImportedSpec {
  readonly name: string;
  readonly version: number;
  readonly doc: string | undefined;
  /** All commands share one policy, which nlctrl tells of. */
  readonly hasGlobalPolicy: boolean;
  readonly definitions: ReadonlyMap<string, ImportedDefinition>;
  readonly sets: ReadonlyMap<string, ImportedSet>;
  readonly operations: readonly ImportedOperation[];
  readonly events: readonly ImportedEvent[];
  readonly groups: readonly string[];
  /** The struct behind `genlmsghdr`. */
  readonly header: string | undefined;
}

export type ImportedDefinition = ImportedNames | ImportedConstant | ImportedStruct;

export interface ImportedNames {
  readonly type: 'enum' | 'flags';
  readonly name: string;
  readonly doc: string | undefined;
  readonly entries: ReadonlyArray<{
    readonly name: string;
    /** Of flags: the number of the bit. */
    readonly value: number;
    readonly doc: string | undefined;
  }>;
}

export interface ImportedConstant {
  readonly type: 'const';
  readonly name: string;
  readonly doc: string | undefined;
  readonly value: number | string;
}

export interface ImportedStruct {
  readonly type: 'struct';
  readonly name: string;
  readonly doc: string | undefined;
  readonly members: ReadonlyArray<{
    readonly name: string;
    readonly type: 'scalar' | 'bytes' | 'pad';
    /** `u8`, `be16`, … of scalars. */
    readonly scalar: string;
    readonly size: number;
    readonly doc: string | undefined;
  }>;
}

export interface ImportedSet {
  readonly name: string;
  readonly doc: string | undefined;
  readonly attributes: readonly ImportedAttribute[];
}

export interface ImportedAttribute {
  readonly name: string;
  readonly value: number;
  readonly doc: string | undefined;
  readonly many: boolean;
  /** What its values or bits are called. */
  readonly names: { readonly definition: string; readonly asFlags: boolean } | undefined;
  readonly type: ImportedType;
}

export type IntegerName = 'u8' | 'u16' | 'u32' | 'u64' | 's8' | 's16' | 's32' | 's64' | 'uint' | 'sint';

export interface IntegerLimits {
  readonly min?: bigint;
  readonly max?: bigint;
  readonly mask?: bigint;
}

export type ImportedType =
  | {
      readonly kind: 'integer';
      readonly integer: IntegerName;
      readonly isBigEndian: boolean;
      readonly limits: IntegerLimits;
    }
  | { readonly kind: 'string'; readonly max: number | undefined; readonly isTerminated: boolean }
  | {
      readonly kind: 'binary';
      readonly length?: number;
      readonly min?: number;
      readonly max?: number;
      readonly isMac: boolean;
    }
  | { readonly kind: 'struct'; readonly struct: string }
  | { readonly kind: 'flag' }
  | { readonly kind: 'nest'; readonly set: string }
  | { readonly kind: 'array'; readonly set: string }
  | { readonly kind: 'items'; readonly item: ImportedType }
  | { readonly kind: 'keyed'; readonly set: string; readonly depth: number }
  | { readonly kind: 'bitfield32'; readonly valid: bigint | undefined }
  | { readonly kind: 'unused' };

/** What a message takes of the attributes of its set. */
export interface ImportedMessage {
  readonly command: number;
  readonly set: string | undefined;
  readonly attributes: readonly string[];
}

export interface ImportedExchange {
  readonly exchange: 'do' | 'dump';
  readonly request: ImportedMessage;
  /** Undefined where nothing but the acknowledgement comes back. */
  readonly reply: ImportedMessage | undefined;
  readonly validation: 'strict' | 'liberal' | 'none';
}

export interface ImportedOperation {
  readonly name: string;
  readonly command: number;
  readonly doc: string | undefined;
  readonly privilege: 'admin' | 'uns-admin' | undefined;
  readonly exchanges: readonly ImportedExchange[];
}

/** What is told without having been asked for. */
export interface ImportedEvent {
  readonly name: string;
  readonly doc: string | undefined;
  readonly message: ImportedMessage;
  readonly group: string | undefined;
}

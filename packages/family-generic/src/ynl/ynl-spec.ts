/**
 * A YNL specification as plain data, ready to be written as YAML or JSON: the words of the kernel's genetlink and
 * genetlink-legacy schemas, as far as declarations here fill them.
 */
export interface YnlSpec {
  readonly name: string;
  readonly protocol: 'genetlink' | 'genetlink-legacy';
  readonly version?: number;
  readonly doc: string;
  /** One policy for all commands, which nlctrl tells of. */
  readonly 'kernel-policy'?: 'global';
  readonly definitions?: readonly YnlDefinition[];
  readonly 'attribute-sets': readonly YnlAttributeSet[];
  readonly operations: {
    readonly 'enum-model'?: 'directional';
    readonly 'fixed-header'?: string;
    readonly list: readonly YnlOperation[];
  };
  readonly 'mcast-groups'?: { readonly list: ReadonlyArray<{ readonly name: string }> };
}

export type YnlDefinition =
  | {
      readonly name: string;
      readonly type: 'enum' | 'flags';
      readonly entries: ReadonlyArray<{ readonly name: string; readonly value: number }>;
    }
  | { readonly name: string; readonly type: 'const'; readonly value: number }
  | { readonly name: string; readonly type: 'struct'; readonly members: readonly YnlMember[] };

export interface YnlMember {
  readonly name: string;
  readonly type: string;
  readonly len?: number;
  readonly 'byte-order'?: 'big-endian';
}

export interface YnlAttributeSet {
  readonly name: string;
  readonly attributes: readonly YnlAttribute[];
}

export interface YnlAttribute {
  readonly name: string;
  readonly value: number;
  readonly type: string;
  readonly doc?: string;
  readonly 'byte-order'?: 'big-endian';
  readonly 'multi-attr'?: true;
  readonly 'sub-type'?: string;
  readonly 'type-value'?: readonly string[];
  readonly 'nested-attributes'?: string;
  readonly struct?: string;
  readonly enum?: string;
  readonly 'display-hint'?: 'mac';
  readonly checks?: YnlChecks;
}

export interface YnlChecks {
  /** Limits below zero are names of constants, those of a type `u8-max` and so on. */
  readonly min?: number | bigint | string;
  readonly max?: number | bigint | string;
  readonly 'flags-mask'?: string;
  readonly 'min-len'?: number;
  readonly 'max-len'?: number;
  readonly 'exact-len'?: number;
  readonly 'unterminated-ok'?: true;
}

/** A message of an operation; `value` where requests and replies have other commands. */
export interface YnlMessage {
  readonly value?: number;
  readonly attributes: readonly string[];
}

export interface YnlExchange {
  readonly request?: YnlMessage;
  readonly reply?: YnlMessage;
}

export interface YnlOperation {
  readonly name: string;
  readonly value?: number;
  readonly doc: string;
  readonly 'attribute-set'?: string;
  readonly flags?: ReadonlyArray<'admin-perm' | 'uns-admin-perm'>;
  readonly 'dont-validate'?: ReadonlyArray<'strict' | 'dump' | 'dump-strict'>;
  readonly do?: YnlExchange;
  readonly dump?: YnlExchange;
  readonly event?: { readonly attributes: readonly string[] };
  readonly mcgrp?: string;
}

/** `familyName` and `Family_Name` are `family-name`. */
export function ynlName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^0-9A-Za-z]+/g, '-')
    .toLowerCase();
}

/** How the text of a flag becomes a value, and what to say when it does not. */
export interface FlagKind<Value> {
  /** Completes "must be ...": what a right text looks like, with an example. */
  readonly wanted: string;
  /** Stands for the value in the help, e.g. `DURATION`. */
  readonly placeholder: string;
  /** The value, or undefined for a malformed text. */
  parse(text: string): Value | undefined;
  /** Why a well-formed value cannot be had, if so; a sentence for the operator. */
  refuse?(value: Value): string | undefined;
  /** The value as `/flags` shows it; default: the text as given. */
  print?(value: Value): string;
  /** Whether `--x` alone means true and `--no-x` false. */
  readonly boolean?: true;
  /** Whether the value is a path, so that `file:///x` means the path `/x` and not the content of the file. */
  readonly path?: true;
}

interface FlagOptions {
  /** Heading of the help that it stands under. */
  readonly group: string;
  /** Further names, without dashes. */
  readonly aliases?: readonly string[];
  /** The value is shown to nobody. */
  readonly secret?: true;
  /** Accepted for compatibility; setting it to anything but its default warns with this reason. */
  readonly withoutEffect?: string;
  /** What happens when left out, for flags whose default is not one text; only for the help. */
  readonly otherwise?: string;
}

/** One flag of a daemon: how it reads, what it is when left out, and its line of the help. */
export interface Flag<Value> extends FlagOptions {
  readonly kind: FlagKind<Value>;
  /** One line, no final period. */
  readonly help: string;
  /** The text that counts when none is given. */
  readonly default?: string;
  /** Must be given; the text says what to give. */
  readonly required?: string;
}

/** The flags of a program by their names, without the leading `--`. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** Without default and not required: the value may be undefined. */
export type OptionalFlag<Value> = Flag<Value> & { readonly optional: true };

/** The values of a table by the names of its flags. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionalFlag<infer Value>
    ? Value | undefined
    : Table[Name] extends Flag<infer Value>
      ? Value
      : never;
};

/** A flag that has a default. */
export function flag<Value>(kind: FlagKind<Value>, text: string, help: string, options: FlagOptions): Flag<Value> {
  return { kind, default: text, help, ...options };
}

/** A flag that may stay unset. */
export function optionalFlag<Value>(kind: FlagKind<Value>, help: string, options: FlagOptions): OptionalFlag<Value> {
  return { kind, help, ...options, optional: true };
}

/** A flag that must be given; `required` says what to give, e.g. `a folder, such as /var/lib/meseta`. */
export function requiredFlag<Value>(
  kind: FlagKind<Value>,
  required: string,
  help: string,
  options: FlagOptions,
): Flag<Value> {
  return { kind, required, help, ...options };
}

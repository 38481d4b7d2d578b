/** A member of an object, and where its value comes from. */
export interface Member<Context> {
  name: string;
  /** The member of the source, or its index. */
  from: string | number;
  /** Converts a value that is set; absent if it stays the same. */
  convert?: ((value: never, context: Context) => unknown) | undefined;
}

/**
 * Generates a function that maps a source to an object literal, which V8 creates many times faster than an object
 * with computed names (ADR-17). Names come from schemas and tables, never from a client.
 * @param unset the member of a value that is not set: JSON omits undefined
 */
export function compileLiteral<Source, Context = undefined>(
  members: readonly Member<Context>[],
  unset: null | undefined,
): (source: Source, context: Context) => Record<string, unknown> {
  const code = members.map(({ name, from, convert }, index) => {
    const value = `source[${JSON.stringify(from)}]`;
    return convert
      ? `${JSON.stringify(name)}: ${value} == null ? ${unset} : converts[${index}](${value}, context)`
      : `${JSON.stringify(name)}: ${value} ?? ${unset}`;
  });
  const converts = members.map(({ convert }) => convert);
  const map = new Function('source', 'context', 'converts', `return { ${code.join(', ')} };`);
  return (source, context) => map(source, context, converts);
}

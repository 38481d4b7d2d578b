import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Build = ReturnType<typeof SerializerSelector>;
type Schemas = Record<string, unknown>;
type Serializer = (answer: unknown) => string;

/**
 * Compiles the serialiser of each answer with its first use, once, though several routes share it, and with
 * the components that it refers to alone: otherwise a start is mostly that.
 */
export function sharedSerializers(): Build {
  const build = SerializerSelector();
  return (components, options) => {
    const lazies = new Map<string, Serializer>();
    const compile = (key: string, route: { schema?: unknown }): Serializer => {
      const used = inOrder(referencedComponents(key, (components ?? {}) as Schemas));
      return build(used as never, options)({ ...route, schema: inOrder(route.schema) } as never);
    };
    return (route) => {
      const key = JSON.stringify(route.schema);
      const shared = lazies.get(key);
      if (shared) return shared;
      let serialize: Serializer | undefined;
      const lazy: Serializer = (answer) => {
        serialize ??= compile(key, route);
        return serialize(answer);
      };
      lazies.set(key, lazy);
      return lazy;
    };
  };
}

/**
 * A schema for the serialiser alone, which writes required members before the others, while the documents have all
 * in one order (F47): only the first member stays required.
 */
function inOrder(schema: unknown): unknown {
  const text = JSON.stringify(schema, (_key, value) => {
    if (!Array.isArray(value?.required) || typeof value.properties !== 'object') return value;
    const [first = ''] = Object.keys(value.properties);
    return { ...value, required: value.required.filter((name: unknown) => name === first) };
  });
  return JSON.parse(text);
}

/** The components that a schema's text refers to, themselves or through others. */
function referencedComponents(schema: string, components: Schemas, found: Schemas = {}): Schemas {
  for (const [, name = ''] of schema.matchAll(/"\$ref":"#?([^"#]+)/g)) {
    if (name in found || !(name in components)) continue;
    found[name] = components[name];
    referencedComponents(JSON.stringify(components[name]), components, found);
  }
  return found;
}

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
    const compile = (key: string, route: { schema?: unknown }): Serializer =>
      build(referred(key, (components ?? {}) as Schemas) as never, options)(route as never);
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

/** The components that a schema's text refers to, themselves or through others. */
function referred(schema: string, components: Schemas, found: Schemas = {}): Schemas {
  for (const [, name = ''] of schema.matchAll(/"\$ref":"#?([^"#]+)/g)) {
    if (name in found || !(name in components)) continue;
    found[name] = components[name];
    referred(JSON.stringify(components[name]), components, found);
  }
  return found;
}

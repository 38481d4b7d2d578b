import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Build = ReturnType<typeof SerializerSelector>;
type Schemas = Record<string, unknown>;

/**
 * Compiles the serialiser of each answer once, though several routes share it, and with the components
 * that it refers to alone: otherwise a start is mostly that.
 */
export function sharedSerializers(): Build {
  const build = SerializerSelector();
  return (components, options) => {
    const compiled = new Map<string, ReturnType<ReturnType<Build>>>();
    return (route) => {
      const key = JSON.stringify(route.schema);
      const known = compiled.get(key);
      if (known) return known;
      const needed = referred(key, (components ?? {}) as Schemas) as typeof components;
      const serializer = build(needed, options)(route);
      compiled.set(key, serializer);
      return serializer;
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

import { cpSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const REFERENCE = '#/components/schemas/';

/**
 * Bundles the console into dist/console.
 * @param sourcemap whether a source map is written next to the script, which doesn't name it
 * @returns the paths of all files in the bundle
 */
export async function buildConsole(sourcemap) {
  const { metafile } = await build({
    entryPoints: ['console/main.tsx'],
    outdir: 'dist/console',
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: sourcemap && 'external',
    sourcesContent: false,
    legalComments: 'none',
    plugins: [{ name: 'schemas', setup: keepSchemas }],
    metafile: true,
  });
  cpSync('console/index.html', 'dist/console/index.html');
  return Object.keys(metafile.inputs);
}

/** Of the OpenAPI document, bundles the operations' names and the schemas of inventories and of parameters, without examples. */
function keepSchemas({ onLoad }) {
  onLoad({ filter: /openapi\.json$/ }, ({ path }) => {
    const { components, paths } = JSON.parse(readFileSync(path, 'utf8'));
    const { schemas } = components;
    const names = Object.keys(schemas).filter((name) =>
      /(Inventory|Request|DeleteMode)$/.test(name),
    );
    for (const name of names) {
      JSON.stringify(schemas[name], (key, value) => {
        const used = key === '$ref' && value.slice(REFERENCE.length);
        if (used && !names.includes(used)) names.push(used);
        return value;
      });
    }
    const bundled = Object.fromEntries(names.map((name) => [name, schemas[name]]));
    for (const methods of Object.values(paths)) {
      for (const [method, { operationId }] of Object.entries(methods)) {
        methods[method] = { operationId };
      }
    }
    const document = { components: { schemas: bundled }, paths };
    const contents = JSON.stringify(document, (key, value) =>
      ['example', 'x-zstack-since'].includes(key) ? undefined : value,
    );
    return { contents, loader: 'json' };
  });
}

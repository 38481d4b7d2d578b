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

/** Of the OpenAPI document, bundles the schemas of inventories and of requests alone, without examples. */
function keepSchemas({ onLoad }) {
  onLoad({ filter: /openapi\.json$/ }, ({ path }) => {
    const { schemas } = JSON.parse(readFileSync(path, 'utf8')).components;
    const names = Object.keys(schemas).filter((name) => /(Inventory|Request)$/.test(name));
    for (const name of names) {
      JSON.stringify(schemas[name], (key, value) => {
        const used = key === '$ref' && value.slice(REFERENCE.length);
        if (used && !names.includes(used)) names.push(used);
        return value;
      });
    }
    const kept = Object.fromEntries(names.map((name) => [name, schemas[name]]));
    const contents = JSON.stringify({ components: { schemas: kept } }, (key, value) =>
      ['example', 'x-zstack-since'].includes(key) ? undefined : value,
    );
    return { contents, loader: 'json' };
  });
}

import { cpSync } from 'node:fs';
import { build } from 'esbuild';

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
    metafile: true,
  });
  cpSync('console/index.html', 'dist/console/index.html');
  return Object.keys(metafile.inputs);
}

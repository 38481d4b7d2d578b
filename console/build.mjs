import { build } from 'esbuild';

/**
 * Bundles the console into dist/console.
 * @param sourcemap whether a source map is written next to the script, which doesn't name it
 * @returns the paths of all files in the bundle
 */
export async function buildConsole(sourcemap) {
  const { metafile } = await build({
    entryPoints: ['console/main.tsx', 'console/index.html'],
    loader: { '.html': 'copy' },
    outdir: 'dist/console',
    bundle: true,
    minify: true,
    target: 'es2022',
    format: 'esm',
    sourcemap: sourcemap && 'external',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}

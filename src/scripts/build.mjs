import { build } from 'esbuild';

/** Bundles the program's own modules into dist/main.js; its dependencies stay packages. */
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
});

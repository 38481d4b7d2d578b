/** Builds the program once, for the tests that start it as a process. */
export default async function setup(): Promise<void> {
  // @ts-expect-error a script without types
  await import('../../src/scripts/build.mjs');
}

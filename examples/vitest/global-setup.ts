import { start } from 'aios-model-server';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    aios: { api: string; headers: { Authorization: string } };
  }
}

/** Starts one server for all test files, which share its data. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const aios = await start();
  project.provide('aios', { api: aios.api, headers: { ...aios.headers } });
  return () => aios.close();
}

// Imports nothing: the package's declarations include this, and those of schemas name packages that aren't installed.

/** What a test makes of a deployment (F62). */
export interface DeploymentOutcome {
  /** Its status once it is ready. */
  status: string;
  /** When it is ready, in milliseconds after the deployment; by default as the settings say. */
  afterMs?: number | undefined;
}

/** Why a database can't be used, in one sentence for whoever starts the server. */
export class DatabaseOpenError extends Error {}

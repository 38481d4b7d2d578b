/** A database can't be used; the message is one sentence for the user who starts the server. */
export class DatabaseOpenError extends Error {}

// drizzle-kit takes the tables that a file exports by name.
const { tables, control } = require('./tables.ts');
module.exports = { ...tables, control };

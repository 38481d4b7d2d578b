// drizzle-kit takes the tables that a file exports by name.
module.exports = require('./tables.ts').tables;

/** The tables of all data types, which every SQL database can make, and where the databases' SQL differs. */
import type { Row, Statement } from './connection.ts'

/** What a database calls what standard SQL does not have: an INSERT that changes the row where there is one, what a server is. */
export interface Dialect {
  /** `INSERT … ` this ` column = …`, where a row has the same primary key, `id`. */
  readonly orUpdate: string
  /** `INSERT … ` this: leaves the row as it is. */
  readonly orNothing: string
  /** What the INSERT would have put into a column. */
  inserted(column: string): string
  /** Asks a server whether it takes writes. */
  readonly writable: Statement
  /** What it answered. */
  takesWrites(row: Row): boolean
  /** Asks a server for ms since 1970. */
  readonly clock: Statement
}

export const tables: readonly string[] = [
  'CREATE TABLE registers (id varchar(64) PRIMARY KEY, value bigint NOT NULL)',
  'CREATE TABLE elements (value bigint PRIMARY KEY)',
  'CREATE TABLE lists (id bigint PRIMARY KEY, value text NOT NULL)',
  `CREATE TABLE list_rows (list bigint NOT NULL, position bigint NOT NULL, element bigint NOT NULL,
    PRIMARY KEY (list, position))`,
  'CREATE TABLE txn_registers (id bigint PRIMARY KEY, value bigint NOT NULL)',
  'CREATE TABLE rows_a (owner bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (owner, id))',
  'CREATE TABLE rows_b (owner bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (owner, id))',
  'CREATE TABLE accounts (id varchar(64) PRIMARY KEY, balance bigint NOT NULL)',
]

/**
 * A stored resource: the fields of its inventory by the same names. Times are milliseconds since the
 * epoch; an unset field is null or absent.
 */
export type Stored<Inventory> = {
  [Field in keyof Inventory]: Field extends 'createDate' | 'lastOpDate' | 'expiredDate'
    ? number
    : undefined extends Inventory[Field]
      ? Inventory[Field] | null
      : Inventory[Field];
};

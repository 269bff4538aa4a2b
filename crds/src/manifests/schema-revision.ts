/** Counts the changes of the schemas; an operator finds by it that its CRDs are older than itself. */
export const schemaRevision = 4;

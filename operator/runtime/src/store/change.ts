/** What a subscriber of a store is told, after the store has changed. */
export type Change<T> = AddedChange<T> | UpdatedChange<T> | DeletedChange<T>;

interface ChangeBase<T> {
  /** `namespace/name`, or `name` for a cluster-scoped object. */
  key: string;
  /** What the store holds now; of a deleted object, what it held last. */
  object: T;
  /**
   * The object as the API server sent it, untrimmed. Only for the time of the notification: whoever keeps it pays its
   * memory. Undefined when a deletion was found by listing again, as nobody sent that object.
   */
  raw: unknown;
  /** Part of the first listing, before the informer has synced. */
  initial: boolean;
}

export interface AddedChange<T> extends ChangeBase<T> {
  type: 'added';
  previous?: undefined;
}

export interface UpdatedChange<T> extends ChangeBase<T> {
  type: 'updated';
  /** What the store held before. */
  previous: T;
}

export interface DeletedChange<T> extends ChangeBase<T> {
  type: 'deleted';
  previous?: undefined;
}

/** What is fixed about the kind Cluster, but for its schema, which takes zod to load. */
export const clusterNames = { kind: 'Cluster', plural: 'clusters', singular: 'cluster', shortName: 'pcl' } as const;

/** The Cluster object of the cluster that the operator itself runs in. */
export const localClusterName = 'local';

/** Most sources that a Cluster names. */
export const maxSources = 200;

/** The condition types of Clusters. */
export const clusterConditionTypes = {
  /** Everything that the operator watches has been read, and changes arrive. */
  sourcesSynced: 'SourcesSynced',
} as const;

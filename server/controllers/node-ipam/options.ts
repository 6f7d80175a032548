/** Ranges that nodes get their pods' addresses from, one a family, with the size of a node's part; and what is no node's. */
export interface NodeIpamOptions {
  clusterCIDRs: readonly { cidr: string; nodeMask: number }[]
  serviceCIDRs: readonly string[]
}

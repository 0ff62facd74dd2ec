/** The hash table that the kernel would have: it doubles when there are more entries than buckets. */
const FIRST_BUCKETS = 8;

/** `struct ndt_stats`, as far as something happens that they count. */
export class NeighbourStatistics {
  allocs = 0;
  destroys = 0;
  hashGrows = 0;
  resolutionsFailed = 0;
  lookups = 0;
  hits = 0;
  periodicCollections = 0;
  forcedCollections = 0;
  tableFulls = 0;
  buckets = FIRST_BUCKETS;

  /** @param size with the new entry. */
  allocated(size: number): void {
    this.allocs++;
    if (size > this.buckets) {
      this.buckets *= 2;
      this.hashGrows++;
    }
  }
}

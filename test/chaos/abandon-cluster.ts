/** Starts a cluster, prints its folder and waits to be killed, as a test may be before it cleans up. */
import { RealCluster } from '../support/real-cluster.js';

const cluster = await RealCluster.start();
console.log(cluster.folder);
setInterval(() => {}, 60_000);

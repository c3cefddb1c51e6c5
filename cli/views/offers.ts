import { z } from 'zod';
import type { MasterAddress } from '../cluster/address.js';
import { ask } from '../cluster/http.js';
import { refusal } from '../cluster/operator-client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { Listing } from '../output/printer.js';
import { trimNumber } from './format.js';

/** What `/state` says of an offer, as far as the list shows it; other fields are kept for `-o json`. */
const offerSchema = z.looseObject({
  id: z.string(),
  framework_id: z.string(),
  slave_id: z.string(),
  resources: z.looseObject({
    cpus: z.number().optional(),
    mem: z.number().optional(),
    disk: z.number().optional(),
    ports: z.string().optional(),
  }),
});
const stateSchema = z.object({
  frameworks: z.array(z.object({ id: z.string(), name: z.string(), offers: z.array(offerSchema) })),
  slaves: z.array(z.object({ id: z.string(), hostname: z.string() })),
});

/** An outstanding offer with the names of who holds it and where its resources are. */
export interface OfferRow {
  readonly offer: z.infer<typeof offerSchema>;
  readonly framework: string;
  readonly host: string;
}

/** The outstanding offers, read from the master's `/state`. */
export async function readOffers({ address, origin }: MasterAddress): Promise<OfferRow[]> {
  const answer = await ask({ address, origin, whom: 'master', method: 'GET', path: '/state' });
  if (answer.status !== 200) throw refusal(answer, 'master', address);
  const state = stateSchema.safeParse(JSON.parse(answer.body.toString('utf8')));
  if (!state.success)
    throw new CommandFailure(
      EXIT.failed,
      `Cannot read the offers: the master's /state is not shaped as expected`,
      undefined,
      { cause: state.error },
    );
  const hosts = new Map(state.data.slaves.map(({ id, hostname }) => [id, hostname]));
  return state.data.frameworks.flatMap(({ name, offers }) =>
    offers.map((offer) => ({ offer, framework: name, host: hosts.get(offer.slave_id) ?? offer.slave_id })),
  );
}

/** Columns of the list of offers, in cores and MiB. */
export const OFFER_LISTING: Listing<OfferRow> = {
  name: ({ offer }) => offer.id,
  data: ({ offer }) => offer,
  empty: 'No outstanding offers: every framework has answered or wants none.',
  columns: [
    { title: 'ID', of: ({ offer }) => offer.id },
    { title: 'FRAMEWORK', of: ({ framework }) => framework },
    { title: 'HOST', of: ({ host }) => host },
    { title: 'CPUS', align: 'right', of: ({ offer }) => trimNumber(offer.resources.cpus ?? 0) },
    { title: 'MEM', align: 'right', of: ({ offer }) => trimNumber(offer.resources.mem ?? 0) },
    { title: 'DISK', align: 'right', of: ({ offer }) => trimNumber(offer.resources.disk ?? 0) },
    { title: 'PORTS', of: ({ offer }) => offer.resources.ports ?? '' },
  ],
  wide: [{ title: 'AGENT', of: ({ offer }) => offer.slave_id }],
};

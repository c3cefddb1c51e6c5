import { type Json, objectOf } from '../../../common/net/http/json-pieces.js';
import type { Master } from '../../master.js';
import { completedDocument, frameworkDocument } from '../state-document.js';

/** The whole of `/frameworks`; with `frameworkId` only the framework of that id. */
export function frameworksDocument(master: Master, frameworkId: string | null): Json {
  const { live, completed } = master.frameworks;
  const wanted = ({ id }: { readonly id: string }) => frameworkId === null || id === frameworkId;
  return objectOf(
    { unregistered_frameworks: [] },
    {
      frameworks: [...live.values()].filter(wanted).map((framework) => frameworkDocument(framework, master)),
      completed_frameworks: [...completed.values()].filter(wanted).map(completedDocument),
    },
  );
}

import type { ScreenParts } from '../../screen.ts';
import { CallDetail } from './call-detail.tsx';
import { filterAddress, filtersIn } from './call-filters.ts';
import { CallList } from './call-list.tsx';
import './recordings.css';

/** `/recordings` is the list, `/recordings/<id>?at=<second>` one call. */
export default function RecordingsScreen({ rest, query }: ScreenParts) {
  const [id] = rest;
  if (id === undefined) return <CallList query={query} />;
  const at = Number(query.get('at'));
  const wanted = query.has('at') && Number.isFinite(at) ? at * 1_000 : undefined;
  // Where "back" leads: the list as it was left.
  const back = filterAddress(filtersIn(new URLSearchParams(query.get('list') ?? '')));
  return <CallDetail key={id} id={id} atMs={wanted} back={back} />;
}

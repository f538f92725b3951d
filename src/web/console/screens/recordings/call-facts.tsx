import type { ComponentChildren } from 'preact';
import type { AgreedVisitView, CallDetailView } from '../../../../console/recordings-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/feedback.tsx';
import { dateText, durationText, momentText, moneyText, numberText } from '../../../ui/formats.ts';
import { router } from '../../router.ts';
import { callWords, outcomeTone, phoneText } from './call-words.ts';
import { detailWords } from './detail-words.ts';

/** Beside the conversation: what came of it, and in figures. */
export function CallFacts({ call }: { call: CallDetailView }) {
  const w = detailWords();
  return (
    <section class="panel stack tight">
      <h2>{w.facts}</h2>
      <dl class="recordings-facts">
        {factsOf(call).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      {call.cost && (
        <p class="soft small">
          {w.costHint(dateText(call.cost.pricesOf), moneyText(call.cost.usdBrl * 100))}
        </p>
      )}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="figures">{value}</dd>
    </>
  );
}

/** Only what is known: a call that goes on has no ending yet. */
function factsOf(call: CallDetailView): [name: string, value: ComponentChildren][] {
  const w = detailWords();
  const c = callWords();
  const seconds = (ms: number) => `${numberText(ms / 1_000, 1)} s`;
  const reply = median(call.latencies.replyMs);
  const { firstAudioMs } = call.latencies;
  const { cut, resumed } = call.bargeIns;
  const tokens = call.usage.inputTokens + call.usage.outputTokens;
  const facts: [string, ComponentChildren | undefined | false][] = [
    [w.started, momentText(call.startedAt, call.timeZone)],
    [w.length, durationText(call.durationMs)],
    [w.from, phoneText(call.from, w.unknownNumber)],
    [w.to, phoneText(call.to, w.unknownNumber)],
    [w.softphone, call.softphoneOf],
    [w.purpose, call.purpose],
    [w.outcome, call.outcome && <Badge tone={outcomeTone(call.outcome)}>{c[call.outcome]}</Badge>],
    [w.ending, call.ending && c[call.ending]],
    [w.protocol, call.protocol],
    [w.consent, call.consent && c[call.consent.answer]],
    [w.firstWord, firstAudioMs !== undefined && seconds(firstAudioMs)],
    [w.replies, reply !== undefined && seconds(reply)],
    [w.interruptions, cut + resumed > 0 && w.interruptionText(cut, resumed)],
    [w.reconnects, call.modelReconnects > 0 && numberText(call.modelReconnects)],
    [w.model, call.model],
    [w.tokens, numberText(tokens)],
    [w.cost, call.cost ? moneyText(call.cost.brl * 100) : w.noCost],
    [
      w.continues,
      call.continues && <a href={router.href(`/recordings/${call.continues}`)}>{w.earlierCall}</a>,
    ],
  ];
  return facts.filter((fact): fact is [string, ComponentChildren] => Boolean(fact[1]));
}

export function Visits({
  visits,
  onHear,
}: {
  visits: readonly AgreedVisitView[];
  onHear: ((ms: number) => void) | undefined;
}) {
  const w = detailWords();
  if (visits.length === 0) return null;
  return (
    <section class="panel stack tight">
      <h2>{w.visits}</h2>
      <ul class="recordings-visits">
        {visits.map((visit) => (
          <Visit key={visit.id} visit={visit} onHear={onHear} />
        ))}
      </ul>
    </section>
  );
}

function Visit({
  visit,
  onHear,
}: {
  visit: AgreedVisitView;
  onHear: ((ms: number) => void) | undefined;
}) {
  const w = detailWords();
  const { agreedMs } = visit;
  return (
    <li class="stack tight">
      <strong>{visit.patient}</strong>
      <span>{[visit.service, visit.professional].filter(Boolean).join(' · ')}</span>
      <span class="figures">
        {dateText(visit.day)} {visit.time} · {visit.protocol}
      </span>
      {agreedMs === null && <span class="soft small">{w.unheardMoment}</span>}
      {agreedMs !== null && onHear && (
        <div>
          <Button icon="play" onClick={() => onHear(agreedMs)}>
            {w.hearMoment} ({durationText(agreedMs)})
          </Button>
        </div>
      )}
    </li>
  );
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

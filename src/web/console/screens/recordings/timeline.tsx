import { computed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { CallDetailView, ToolUseView } from '../../../../console/recordings-view.ts';
import { Badge } from '../../../ui/feedback.tsx';
import { durationText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { callWords } from './call-words.ts';
import { detailWords } from './detail-words.ts';
import type { Playback } from './playback.ts';
import { toolWords } from './tool-words.ts';

type Line = CallDetailView['lines'][number];

type Moment = { atMs: number; key: string } & (
  | { kind: 'line'; line: Line; at: number }
  | { kind: 'tool'; tool: ToolUseView }
  | { kind: 'note'; tone: 'bad' | 'warn' | 'info'; text: string }
);

interface TimelineParts {
  call: CallDetailView;
  playback: Playback | undefined;
  isFollowing: boolean;
  /** Missing when there is nothing to hear. */
  onJump: ((ms: number) => void) | undefined;
}

/** What was said and done, in order; the line that is heard just now is marked. */
export function Timeline({ call, playback, isFollowing, onJump }: TimelineParts) {
  const w = detailWords();
  const list = useRef<HTMLOListElement>(null);
  const current = useMemo(
    () => computed(() => (playback ? lineAt(call.lines, playback.positionMs.value) : -1)),
    [call, playback],
  );
  const at = current.value;
  useEffect(() => {
    if (!isFollowing || at < 0) return;
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [at, isFollowing]);
  const moments = momentsOf(call);
  if (moments.length === 0) return <p class="soft">{w.noLines}</p>;
  return (
    <ol class="recordings-lines" ref={list}>
      {moments.map((moment) => (
        <li key={moment.key}>
          {moment.kind === 'line' && (
            <SpokenLine line={moment.line} isCurrent={moment.at === at} onJump={onJump} />
          )}
          {moment.kind === 'tool' && <ToolMoment tool={moment.tool} />}
          {moment.kind === 'note' && (
            <p class="row recordings-tool">
              <span class="figures">{durationText(moment.atMs)}</span>
              <Badge tone={moment.tone} icon={moment.tone === 'info' ? 'person' : 'warning'}>
                {moment.text}
              </Badge>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function SpokenLine({
  line,
  isCurrent,
  onJump,
}: {
  line: Line;
  isCurrent: boolean;
  onJump: ((ms: number) => void) | undefined;
}) {
  const w = detailWords();
  const content = (
    <>
      <span class="figures soft">{durationText(line.startMs)}</span>
      <span class={`speaker ${line.speaker}`}>{w[line.speaker]}</span>
      <span class="said">
        {line.text}{' '}
        {line.interrupted && (
          <Badge tone="warn" icon="warning">
            {w.interrupted}
          </Badge>
        )}
        {line.source !== 'speech' && <Badge>{w[line.source]}</Badge>}
        {line.unheardText && (
          <span class="soft small">
            {' '}
            {w.unheard} <s>{line.unheardText}</s>
          </span>
        )}
      </span>
    </>
  );
  const current = isCurrent ? 'true' : undefined;
  if (!onJump)
    return (
      <p class="recordings-line" aria-current={current}>
        {content}
      </p>
    );
  return (
    <button
      type="button"
      class="recordings-line"
      aria-current={current}
      onClick={() => onJump(line.startMs)}
    >
      {content}
    </button>
  );
}

function ToolMoment({ tool }: { tool: ToolUseView }) {
  const w = detailWords();
  const tones = { ok: 'good', refused: 'plain', failed: 'bad', timeout: 'bad' } as const;
  return (
    <details class="recordings-tool">
      <summary>
        <span class="row">
          <span class="figures">{durationText(tool.atMs)}</span>
          <Icon name="script" />
          <ToolName name={tool.name} />
          <Badge tone={tones[tool.outcome]}>{callWords()[tool.outcome]}</Badge>
          <span class="figures soft">{tool.durationMs} ms</span>
        </span>
      </summary>
      <h3>{w.given}</h3>
      <pre>{tool.given}</pre>
      <h3>{w.answered}</h3>
      <pre>{tool.answered}</pre>
    </details>
  );
}

/** In words; a tool that nobody named in words has its own name. */
function ToolName({ name }: { name: string }) {
  const known: Record<string, string> = toolWords();
  const words = Object.hasOwn(known, name) ? known[name] : undefined;
  return words ? <span title={name}>{words}</span> : <code>{name}</code>;
}

function momentsOf(call: CallDetailView): Moment[] {
  const w = detailWords();
  const moments: Moment[] = [
    ...call.lines.map((line, at) => ({
      kind: 'line' as const,
      line,
      at,
      atMs: line.startMs,
      key: `line ${at}`,
    })),
    ...call.tools.map((tool, at) => ({
      kind: 'tool' as const,
      tool,
      atMs: tool.atMs,
      key: `tool ${at}`,
    })),
    ...call.dangers.map(({ atMs }, at) => note('bad', atMs, w.danger, `danger ${at}`)),
    ...call.broken.map(({ atMs, claim }, at) =>
      note('warn', atMs, `${w.broken}: ${claim}`, `broken ${at}`),
    ),
  ];
  for (const [at, deed] of call.deeds.entries())
    moments.push(note('info', deed.atMs, deedText(deed), `deed ${at}`));
  const { transferredTo } = call;
  if (transferredTo)
    moments.push(
      note(
        'info',
        transferredTo.atMs,
        `${w.transferred}: ${transferredTo.destination} – ${callWords()[transferredTo.outcome]}`,
        'transfer',
      ),
    );
  return moments.sort((a, b) => a.atMs - b.atMs);
}

function deedText({ by, did, text = '', destination = '' }: CallDetailView['deeds'][number]) {
  const w = detailWords();
  switch (did) {
    case 'hint':
      return w.hint(by, text);
    case 'took':
      return w.took(by);
    case 'gave-back':
      return w.gaveBack(by);
    case 'lost':
      return w.lost(by);
    case 'transferred':
      return w.sentOn(by, destination);
    case 'ended':
      return w.endedBy(by);
  }
}

function note(tone: 'bad' | 'warn' | 'info', atMs: number, text: string, key: string): Moment {
  return { kind: 'note', tone, atMs, text, key };
}

/** The last line that has begun. */
function lineAt(lines: readonly Line[], positionMs: number): number {
  return lines.findLastIndex(({ startMs }) => startMs <= positionMs + 50);
}

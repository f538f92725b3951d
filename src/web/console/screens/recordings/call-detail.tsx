import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CallDetailView } from '../../../../console/recordings-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, Callout, Loaded, Progress } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api } from '../../session.ts';
import { CallFacts, Visits } from './call-facts.tsx';
import { whoText } from './call-words.ts';
import { detailWords } from './detail-words.ts';
import { createPlayback, type Playback } from './playback.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { Timeline } from './timeline.tsx';
import { usePlayerKeys } from './use-player-keys.ts';

/** Before the moment that somebody wants to hear: what led to it. */
const leadMs = 10_000;

type Player = ComponentType<{
  call: CallDetailView;
  playback: Playback;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  onReopen: () => void;
}>;

interface CallDetailParts {
  id: string;
  /** A moment to be heard, from ten seconds before it. */
  atMs: number | undefined;
  /** The list's address, filters and all. */
  back: string;
}

export function CallDetail({ id, atMs, back }: CallDetailParts) {
  const w = detailWords();
  const call = useRemote(
    (signal) => api<CallDetailView>('GET', `/calls/${id}`, undefined, { signal }),
    [id],
  );
  return (
    <>
      <div>
        <a class="row" href={router.href(`/recordings${back}`)}>
          <Icon name="left" />
          {w.back}
        </a>
      </div>
      <Loaded remote={call} lines={10}>
        {(value) => <Call call={value} atMs={atMs} />}
      </Loaded>
    </>
  );
}

function Call({ call, atMs }: { call: CallDetailView; atMs: number | undefined }) {
  const w = detailWords();
  const player = useOpenedPlayer(call);
  const [isFollowing, setFollowing] = useState(true);
  const isPlayable = call.recording.state === 'playable';
  usePlayerKeys(player.playback);
  useEffect(() => {
    if (isPlayable && atMs !== undefined) player.listenFrom(atMs - leadMs);
  }, [atMs]);
  const onJump = isPlayable ? player.listenFrom : undefined;
  const onHear = onJump && ((ms: number) => onJump(ms - leadMs));
  return (
    <>
      <ScreenHead title={whoText(call, w.unknownNumber)}>
        {call.state === 'live' && <Badge tone="info">{w.live}</Badge>}
        <span class="soft figures">{momentText(call.startedAt, call.timeZone)}</span>
      </ScreenHead>
      <div class="recordings-columns">
        <div class="stack">
          <section class="panel stack tight" aria-label={w.recording}>
            {player.playback && player.Player ? (
              <player.Player
                call={call}
                playback={player.playback}
                isFollowing={isFollowing}
                onFollow={setFollowing}
                onReopen={player.reopen}
              />
            ) : (
              <Closed call={call} isOpening={player.isOpening} onListen={player.listenFrom} />
            )}
          </section>
          <section class="panel stack tight">
            <h2>{w.transcript}</h2>
            <Timeline
              call={call}
              playback={player.playback}
              isFollowing={isFollowing}
              onJump={onJump}
            />
          </section>
        </div>
        <div class="stack">
          <section class="panel stack tight">
            <h2>{w.summary}</h2>
            <p class="recordings-summary">
              {call.summary ?? (call.state === 'live' ? w.summaryLater : w.noSummary)}
            </p>
          </section>
          <Visits visits={call.appointments} onHear={onHear} />
          <CallFacts call={call} />
        </div>
      </div>
      {player.isAsking && (
        <ReasonDialog isBusy={player.isOpening} onReason={player.give} onClose={player.giveUp} />
      )}
    </>
  );
}

/** Before the recording is opened, or instead of one. */
function Closed({
  call,
  isOpening,
  onListen,
}: {
  call: CallDetailView;
  isOpening: boolean;
  onListen: (ms: number) => void;
}) {
  const w = detailWords();
  const { recording } = call;
  if (isOpening) return <Progress label={w.opening} />;
  if (recording.state === 'live') return <Callout>{w.stateLive}</Callout>;
  if (recording.state === 'refused') return <Callout>{w.stateRefused}</Callout>;
  if (recording.state === 'none') return <Callout>{w.stateNone}</Callout>;
  if (recording.state === 'gone') return <Callout tone="warn">{w.stateGone}</Callout>;
  if (recording.state === 'elsewhere') return <Callout>{w.stateElsewhere}</Callout>;
  return (
    <>
      {!recording.complete && <Callout tone="warn">{w.incomplete}</Callout>}
      <div class="row spread">
        <Button look="main" icon="play" onClick={() => onListen(0)}>
          {w.listen}
        </Button>
        <span class="soft small">{w.heard}</span>
      </div>
    </>
  );
}

/** Opens a recording once, with a reason where one is needed, and fetches the player when it is first wanted. */
function useOpenedPlayer(call: CallDetailView) {
  const [playback, setPlayback] = useState<Playback>();
  const [Player, setPlayer] = useState<{ of: Player }>();
  const [askedMs, setAskedMs] = useState<number>();
  useEffect(() => () => playback?.close(), [playback]);
  const { recording } = call;
  const opening = useAction(
    async (fromMs: number, reason?: string) => {
      if (recording.state !== 'playable') return;
      const loading = import('./player.tsx');
      await api('POST', `/calls/${call.id}/plays`, reason === undefined ? {} : { reason });
      setPlayer({ of: (await loading).default });
      setAskedMs(undefined);
      const start = Math.max(0, Math.min(fromMs, recording.durationMs));
      const url = `/console/api/calls/${call.id}/audio`;
      const opened = createPlayback(url, recording.durationMs, start);
      setPlayback(opened);
      opened.play();
    },
    (error) => {
      if (error instanceof ApiProblem && error.code === 'reason-needed') return;
      notify('bad', problemText(error));
    },
  );
  const open = async (fromMs: number, reason?: string) => {
    if (recording.state === 'playable' && recording.needsReason && reason === undefined)
      return setAskedMs(fromMs);
    await opening.run(fromMs, reason);
  };
  return {
    playback,
    Player: Player?.of,
    isOpening: opening.isRunning,
    isAsking: askedMs !== undefined,
    listenFrom(ms: number) {
      if (!playback || playback.hasFailed.value) return void open(ms);
      playback.seek(ms);
      playback.play();
    },
    reopen: () => void open(playback?.positionMs.value ?? 0),
    give: (reason: string) => void open(askedMs ?? 0, reason),
    giveUp: () => setAskedMs(undefined),
  };
}

import { useEffect, useRef } from 'preact/hooks';
import type { CallDetailView, PeaksView } from '../../../../console/recordings-view.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { Checkbox, Select } from '../../../ui/field.tsx';
import { durationText, numberText } from '../../../ui/formats.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { detailWords } from './detail-words.ts';
import { type Playback, speeds } from './playback.ts';
import { Waveform } from './waveform.tsx';

/** A long call is read once to draw it; the server keeps the drawing. */
const peaksTimeoutMs = 60_000;
const skipMs = 10_000;

interface PlayerParts {
  call: CallDetailView;
  playback: Playback;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  onReopen: () => void;
}

export default function Player({ call, playback, isFollowing, onFollow, onReopen }: PlayerParts) {
  const w = detailWords();
  const slot = useRef<HTMLDivElement>(null);
  useEffect(() => {
    slot.current?.append(playback.audio);
  }, [playback]);
  const peaks = useRemote(
    (signal) =>
      api<PeaksView>('GET', `/calls/${call.id}/peaks`, undefined, {
        signal,
        timeoutMs: peaksTimeoutMs,
      }),
    [call.id],
  );
  const isPlaying = playback.isPlaying.value;
  const sound = `/console/api/calls/${call.id}/audio`;
  return (
    <div class="recordings-player">
      <div ref={slot} hidden />
      {playback.hasFailed.value && (
        <Callout tone="warn">
          <div class="row spread">
            {w.failed}
            <Button onClick={onReopen}>{w.reopen}</Button>
          </div>
        </Callout>
      )}
      <Loaded remote={peaks} lines={3}>
        {(value) => <Waveform playback={playback} peaks={value} call={call} />}
      </Loaded>
      <div class="row spread recordings-controls">
        <div class="row">
          <IconButton icon="left" label={w.backTen} onClick={() => playback.skip(-skipMs)} />
          <Button look="main" icon={isPlaying ? 'pause' : 'play'} onClick={() => playback.toggle()}>
            {isPlaying ? w.pause : w.play}
          </Button>
          <IconButton icon="right" label={w.onTen} onClick={() => playback.skip(skipMs)} />
          <PlaceText playback={playback} />
        </div>
        <Select
          label={w.speed}
          value={String(playback.speed.value)}
          onValue={(value) => playback.setSpeed(Number(value))}
          options={speeds.map((speed) => ({
            value: String(speed),
            text: `${numberText(speed, 2)}×`,
          }))}
        />
      </div>
      <div class="row spread">
        <Checkbox label={w.follow} checked={isFollowing} onChecked={onFollow} />
        <div class="row">
          <a class="button" href={`${sound}?download=1`} download title={w.downloadHint}>
            {w.download}
          </a>
          <a class="button" href={`${sound}?format=pcm16&download=1`} download>
            {w.downloadPcm}
          </a>
        </div>
      </div>
      <p class="recordings-keys">{w.keys}</p>
    </div>
  );
}

/** On its own, so that a second drawn anew is only these few letters. */
function PlaceText({ playback }: { playback: Playback }) {
  const at = durationText(playback.positionMs.value);
  return (
    <span class="figures recordings-time">
      {at} / {durationText(playback.durationMs)}
    </span>
  );
}

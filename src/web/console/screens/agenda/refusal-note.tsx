import type { SlotView } from '../../../../console/agenda-view.ts';
import { Callout } from '../../../ui/feedback.tsx';
import { dateText } from '../../../ui/formats.ts';
import type { DeskRefusal } from './desk-refusal.ts';
import { dialogWords } from './dialog-words.ts';

/** Why it was refused, and the free times that came with it. */
export function RefusalNote({
  refusal: { text, alternatives },
  onChoose,
}: {
  refusal: DeskRefusal;
  onChoose: (slot: SlotView) => void;
}) {
  const w = dialogWords();
  return (
    <Callout tone="bad">
      <p>{text}</p>
      {alternatives.length > 0 && (
        <div class="row">
          <span class="small">{w.taken}</span>
          {alternatives.map((slot) => (
            <button
              key={slot.startMs}
              type="button"
              class="button plain"
              onClick={() => onChoose(slot)}
            >
              {dateText(slot.date)} {slot.time}
            </button>
          ))}
        </div>
      )}
    </Callout>
  );
}

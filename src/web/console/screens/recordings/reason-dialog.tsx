import { useState } from 'preact/hooks';
import { Confirm } from '../../../ui/dialog.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { detailWords } from './detail-words.ts';

const leastReason = 5;
const longestReason = 300;

/** Before a recording that is not of this week's work. */
export function ReasonDialog({
  isBusy,
  onReason,
  onClose,
}: {
  isBusy: boolean;
  onReason: (reason: string) => void;
  onClose: () => void;
}) {
  const w = detailWords();
  const [reason, setReason] = useState('');
  const [isShort, setShort] = useState(false);
  const confirm = () => {
    const written = reason.trim();
    setShort(written.length < leastReason);
    if (written.length >= leastReason) onReason(written);
  };
  return (
    <Confirm
      title={w.reasonTitle}
      action={w.listen}
      look="main"
      isBusy={isBusy}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{w.reasonHelp}</p>
      <TextArea
        label={w.reason}
        hint={w.reasonHint}
        error={isShort ? w.reasonShort : undefined}
        value={reason}
        onValue={setReason}
        maxLength={longestReason}
        rows={3}
      />
    </Confirm>
  );
}

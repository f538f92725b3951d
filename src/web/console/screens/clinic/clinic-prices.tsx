import { useState } from 'preact/hooks';
import type { ClinicForm, PriceLine } from '../../../../console/clinic-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { EmptyState } from '../../../ui/feedback.tsx';
import { Field, SearchField } from '../../../ui/field.tsx';
import { moneyText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Table } from '../../../ui/table.tsx';
import { uiWords } from '../../../ui/ui-words.ts';
import { useAction } from '../../../ui/use-action.ts';
import { type ClinicWork, tellTrouble } from './clinic-data.ts';
import { words } from './words.ts';

export function ClinicPrices({ form, work }: { form: ClinicForm; work: ClinicWork }) {
  const w = words();
  const [wanted, setWanted] = useState('');
  const [opened, setOpened] = useState<PriceLine>();
  const found = form.prices.filter(
    ({ what, who = '' }) =>
      plain(what).includes(plain(wanted)) || plain(who).includes(plain(wanted)),
  );
  return (
    <>
      <SearchField label={w.search} value={wanted} onValue={setWanted} />
      <section class="panel flush">
        {found.length === 0 ? (
          <EmptyState icon="search" title={w.noPrices} />
        ) : (
          <Table
            caption={w.prices}
            columns={[
              { id: 'what', title: w.what, cell: ({ what }) => what, sort: ({ what }) => what },
              {
                id: 'who',
                title: w.who,
                cell: ({ who }) => who ?? '',
                sort: ({ who }) => who ?? '',
              },
              {
                id: 'price',
                title: w.price,
                cell: ({ priceReais }) => moneyText(Math.round(priceReais * 100)),
                sort: ({ priceReais }) => priceReais,
                isEnd: true,
              },
            ]}
            rows={found}
            rowId={({ path }) => path.join('.')}
            {...(work.mayEdit ? { onOpen: setOpened } : {})}
          />
        )}
      </section>
      {opened && <PriceDialog price={opened} work={work} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function PriceDialog({
  price,
  work,
  onClose,
}: {
  price: PriceLine;
  work: ClinicWork;
  onClose: () => void;
}) {
  const w = words();
  const [typed, setTyped] = useState(String(price.priceReais));
  const [wasAsked, setAsked] = useState(false);
  const value = reaisOf(typed);
  const saving = useAction(async () => {
    if (value === undefined) return;
    await work.edit({ field: 'price', path: price.path, value });
    notify('info', w.saved);
    onClose();
  }, tellTrouble);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    setAsked(true);
    void saving.run();
  };
  const id = 'clinic-price';
  return (
    <Dialog
      title={w.change(price.what)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look="main" type="submit" form={id} isBusy={saving.isRunning}>
            {w.saveDraft}
          </Button>
        </>
      }
    >
      <form id={id} class="stack" onSubmit={onSubmit} noValidate>
        {price.who && <p class="soft">{price.who}</p>}
        <Field
          label={w.newPrice}
          inputMode="decimal"
          value={typed}
          onValue={setTyped}
          error={wasAsked && value === undefined ? w.priceWrong : undefined}
        />
      </form>
    </Dialog>
  );
}

/** `79,90`, `79.9` and `R$ 79,90` are 79.9. */
function reaisOf(typed: string): number | undefined {
  const digits = typed.replace(/R\$/i, '').trim().replace(',', '.');
  return /^\d{1,7}(\.\d{1,2})?$/.test(digits) ? Number(digits) : undefined;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

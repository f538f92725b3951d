import { useState } from 'preact/hooks';
import type { NewClinicView, NewClinicWish } from '../../../../console/clinic-list-view.ts';
import { Icon } from '../../../ui/icons.tsx';
import { notify } from '../../../ui/notices.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { router } from '../../router.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, chooseClinic, lookForSession } from '../../session.ts';
import { ClinicFile } from './clinic-file.tsx';
import { ClinicForm } from './clinic-form.tsx';
import { words } from './words.ts';

/** A clinic that begins: by a form, or by a whole file. */
export function NewClinic() {
  const w = words();
  const [way, setWay] = useState<'form' | 'file'>('form');
  const create = async (wish: NewClinicWish) => {
    const { id, name } = await api<NewClinicView>('POST', '/clinics', wish);
    notify('good', w.created(name));
    // From now on it can be chosen above.
    await lookForSession();
    chooseClinic(id);
    router.go('/clinics');
  };
  return (
    <>
      <a class="button quiet clinics-back" href={router.href('/clinics')}>
        <Icon name="left" />
        {w.back}
      </a>
      <ScreenHead title={w.add} />
      <Tabs
        label={w.how}
        tabs={[
          { id: 'form', text: w.byForm },
          { id: 'file', text: w.byFile },
        ]}
        chosen={way}
        onChoose={(id) => setWay(id === 'file' ? 'file' : 'form')}
      >
        {way === 'form' ? <ClinicForm create={create} /> : <ClinicFile create={create} />}
      </Tabs>
    </>
  );
}

import type {
  ChannelStateView,
  ClinicRow,
  WhatsappView,
} from '../../../../console/clinic-list-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/feedback.tsx';
import { momentText, numberText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { router } from '../../router.ts';
import { chooseClinic } from '../../session.ts';
import { reasonText } from './reason-text.ts';
import { words } from './words.ts';

/** One clinic: whether its telephone and its WhatsApp are answered, and what goes on there. */
export function ClinicCard({
  one,
  onRetire,
}: {
  one: ClinicRow;
  onRetire: (() => void) | undefined;
}) {
  const w = words();
  const { name, place, version, isOwn, telephone, whatsapp } = one;
  const goTo = (path: string) => {
    chooseClinic(one.id);
    router.go(path);
  };
  return (
    <section class="panel stack" aria-label={name}>
      <div class="row spread">
        <div class="row">
          <h2>{name}</h2>
          {place && <span class="soft">{place}</span>}
          <Badge>{isOwn ? `${w.ownClinic} · ${w.version(version)}` : w.version(version)}</Badge>
        </div>
        <div class="row">
          <Button icon="chat" onClick={() => goTo('/conversations')}>
            {w.conversations}
          </Button>
          <Button icon="clinic" onClick={() => goTo('/clinic')}>
            {w.data}
          </Button>
          {onRetire && (
            <Button look="danger" onClick={onRetire}>
              {w.retire}
            </Button>
          )}
        </div>
      </div>
      <div class="clinics-channels">
        <div class="stack tight">
          <ChannelHead icon="phone" title={w.telephone} state={telephone} />
          {telephone.numbers.map((number) => (
            <span key={number} class="figures">
              {numberAsWritten(number)}
            </span>
          ))}
        </div>
        <div class="stack tight">
          {whatsapp ? (
            <>
              <ChannelHead icon="chat" title={w.whatsapp} state={whatsapp} />
              <Whatsapp state={whatsapp} timeZone={one.timeZone} />
            </>
          ) : (
            <>
              <h3 class="row">
                <Icon name="chat" />
                {w.whatsapp}
              </h3>
              <p class="soft">{w.noWhatsapp}</p>
            </>
          )}
        </div>
      </div>
    </section>
  );
}

function ChannelHead({
  icon,
  title,
  state: { status, reason },
}: {
  icon: 'phone' | 'chat';
  title: string;
  state: ChannelStateView;
}) {
  const w = words();
  const isReady = status === 'ready';
  return (
    <>
      <h3 class="row">
        <Icon name={icon} />
        {title}
        <Badge tone={isReady ? 'good' : 'bad'} icon={isReady ? 'check' : 'warning'}>
          {isReady ? w.ready : w.notReady}
        </Badge>
      </h3>
      {reason && <p>{reasonText(reason)}</p>}
    </>
  );
}

function Whatsapp({ state, timeZone }: { state: WhatsappView; timeZone: string }) {
  const w = words();
  const { number, templates, lastMessageAt } = state;
  const names: Record<string, string> = { continueBooking: w.continueBooking, reopen: w.reopen };
  const facts: [string, string][] = [
    [w.open, numberText(state.openConversations)],
    [w.held, numberText(state.heldByPeople)],
    [w.waiting, numberText(state.awaitingReply)],
    [w.last, lastMessageAt ? momentText(lastMessageAt, timeZone) : '–'],
  ];
  return (
    <>
      {number && <span class="figures">{numberAsWritten(number)}</span>}
      <dl class="clinics-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="figures">{value}</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">
        {w.templates}:{' '}
        {templates.length === 0
          ? w.noTemplates
          : templates.map((one) => names[one] ?? one).join(', ')}
      </p>
    </>
  );
}

/** `+55 88 3543-0000`. The clinic's own number is no secret. */
function numberAsWritten(e164: string): string {
  const brazilian = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164);
  return brazilian ? `+55 ${brazilian[1]} ${brazilian[2]}-${brazilian[3]}` : e164;
}

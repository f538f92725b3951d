import type { App } from '../../src/app.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { createPatient } from '../../src/sandbox/patient.ts';
import { examScript, type PatientScript } from '../../src/sandbox/patient-scripts.ts';

/** A patient of the sandbox rings the clinic and follows the script; who has none says nothing. */
export function sandboxCaller(
  { app, url }: { app: Pick<App, 'sandbox'>; url: string },
  script: PatientScript = examScript,
): CarrierCall {
  const { sandbox } = app;
  if (!sandbox) throw new Error('not in sandbox mode');
  const call = sandbox.carrier.dial({
    url: `${url}/incoming-call`,
    from: '+5588999991234',
    to: '+558835430000',
  });
  if (script.length > 0)
    createPatient({
      call,
      synthesiser: sandbox.synthesiser,
      phrasebook: sandbox.phrasebook,
      script,
      clock: createClock(),
      log: createLog('silent'),
    });
  return call;
}

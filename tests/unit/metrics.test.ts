import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/platform/metrics.ts';

describe('metrics', () => {
  it('count events by label and add amounts', async () => {
    const metrics = createMetrics();
    metrics.count('calls_total', { reason: 'caller-hung-up' });
    metrics.count('calls_total', { reason: 'caller-hung-up' });
    metrics.count('calls_total', { reason: 'time-limit' });
    metrics.count('media_gap_ms_total', {}, 60);
    const text = await metrics.render();
    expect(text).toContain('calls_total{reason="caller-hung-up"} 2');
    expect(text).toContain('calls_total{reason="time-limit"} 1');
    expect(text).toMatch(/^media_gap_ms_total 60$/m);
  });

  it('show an unlabelled counter as zero before anything happened', async () => {
    expect(await createMetrics().render()).toMatch(/^recovered_calls_total 0$/m);
  });

  it('set gauges to the latest value', async () => {
    const metrics = createMetrics();
    metrics.set('calls_live', 3);
    metrics.set('calls_live', 2);
    expect(await metrics.render()).toMatch(/^calls_live 2$/m);
  });

  it('put a duration in the bucket that holds it, in seconds', async () => {
    const metrics = createMetrics();
    metrics.observe('barge_in_seconds', 0.004);
    const text = await metrics.render();
    expect(text).toContain('barge_in_seconds_bucket{le="0.002"} 0');
    expect(text).toContain('barge_in_seconds_bucket{le="0.005"} 1');
    expect(text).toContain('barge_in_seconds_count 1');
  });

  it('of two servers in one process share nothing', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.set('calls_live', 9);
    expect(await other.render()).toMatch(/^calls_live 0$/m);
  });

  it('refuse at compile time names and labels that do not exist', () => {
    const metrics = createMetrics();
    // @ts-expect-error: no such counter
    expect(() => metrics.count('call_total')).toThrow();
    // @ts-expect-error: calls_total has no label `why`
    expect(() => metrics.count('calls_total', { why: 'x' })).toThrow();
  });

  it('escape label values, so that text from outside cannot forge a line', async () => {
    const metrics = createMetrics();
    metrics.count('model_error_total', { code: 'a"} 1\ncalls_live 99' });
    expect(await metrics.render()).not.toMatch(/^calls_live 99/m);
  });
});

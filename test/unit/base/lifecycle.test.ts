import { describe, expect, it } from 'vitest';
import { Lifecycle } from '../../../src/base/index.js';

describe('Lifecycle', () => {
  it('stops what was started last first, once, whoever asks', async () => {
    const order: string[] = [];
    const lifecycle = new Lifecycle();
    lifecycle.push('first', () => void order.push('first'));
    lifecycle.push('second', async () => void order.push('second'));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(order).toEqual(['second', 'first']);
    expect(lifecycle.stopping).toBe(true);
  });

  it('goes on after a failure and joins the errors under their names', async () => {
    const order: string[] = [];
    const lifecycle = new Lifecycle();
    lifecycle.push('first', () => void order.push('first'));
    lifecycle.push('second', () => {
      throw new Error('no');
    });
    lifecycle.push('third', () => Promise.reject(new Error('neither')));
    await expect(lifecycle.stop()).rejects.toThrow('third failed to stop: neither; second failed to stop: no');
    expect(order).toEqual(['first']);
  });

  it('does not wait for ever', async () => {
    const order: string[] = [];
    const lifecycle = new Lifecycle();
    lifecycle.push('first', () => void order.push('first'));
    lifecycle.push('stuck', () => new Promise(() => {}));
    await expect(lifecycle.stop(60)).rejects.toThrow('stuck did not stop within');
    expect(order).toEqual(['first']);
  });
});

import { align4, Errno, NetlinkError } from '@nlspace/core';
import { RouteMetric } from './route-numbers.js';

/** Numbers are the wire's. Values by RTAX_*; 0 is the same as absent. */
const LARGEST: Readonly<Record<number, number>> = {
  [RouteMetric.Mtu]: 65_535 - 15,
  [RouteMetric.Advmss]: 65_535 - 40,
  [RouteMetric.HopLimit]: 255,
};

/** RTAX_FEATURE_MASK: ECN, SACK, TIMESTAMP, ALLFRAG, TCP_USEC_TS. */
const KNOWN_FEATURES = 0x1f;

/** TCP congestion control algorithms that a route may name. */
const CONGESTION_CONTROLS: readonly string[] = ['reno', 'cubic', 'bbr'];

/** RTA_METRICS: a number per metric, and the one that is a name. */
export interface RouteMetrics {
  readonly values: Uint32Array;
  readonly congestionControl: string | undefined;
}

/**
 * Reads the attributes inside RTA_METRICS, limited as the kernel does (net/ipv4/metrics.c).
 *
 * @throws {NetlinkError} EINVAL
 */
export function readMetrics(bytes: Uint8Array, start: number, end: number): RouteMetrics | undefined {
  const values = new Uint32Array(RouteMetric.FastOpenNoCookie + 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let congestionControl: string | undefined;
  let any = false;
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) break;
    const type = view.getUint16(offset + 2, true) & 0x3fff;
    if (type > RouteMetric.FastOpenNoCookie) throw new NetlinkError(Errno.EINVAL, 'Invalid metric type');
    if (type === RouteMetric.CongestionControl) {
      congestionControl = readName(bytes.subarray(offset + 4, offset + length));
      if (!CONGESTION_CONTROLS.includes(congestionControl)) {
        throw new NetlinkError(Errno.EINVAL, 'Unknown tcp congestion algorithm');
      }
      any = true;
    } else if (type !== 0) {
      if (length !== 8) throw new NetlinkError(Errno.EINVAL, 'Invalid attribute in metrics');
      const value = view.getUint32(offset + 4, true);
      if (type === RouteMetric.Features && (value & ~KNOWN_FEATURES) !== 0) {
        throw new NetlinkError(Errno.EINVAL, 'Unknown flag set in feature mask in metrics attribute');
      }
      values[type] = Math.min(value, LARGEST[type] ?? 0xffff_ffff);
      if (value !== 0) any = true;
    }
    offset += align4(length);
  }
  return any ? { values, congestionControl } : undefined;
}

function readName(bytes: Uint8Array): string {
  let name = '';
  for (const byte of bytes) {
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}

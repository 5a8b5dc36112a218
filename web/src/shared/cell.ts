/** A value outside of components, which they follow. */

import { useSyncExternalStore } from 'react';

export function cell<Value>(value: Value) {
  const followers = new Set<() => void>();
  const follow = (follower: () => void) => {
    followers.add(follower);
    return () => void followers.delete(follower);
  };
  const get = () => value;
  const set = (next: Value) => {
    value = next;
    followers.forEach((follower) => follower());
  };
  return { get, set, use: () => useSyncExternalStore(follow, get) };
}

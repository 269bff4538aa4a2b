package relations

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Grace is how long a reference may fail to resolve before that is written: an apply of a folder is not a fault.
const Grace = 3 * time.Second

// graceClock remembers since when an object has had references without a target.
type graceClock struct {
	mutex sync.Mutex
	since map[types.NamespacedName]time.Time
}

func newGraceClock() *graceClock {
	return &graceClock{since: map[types.NamespacedName]time.Time{}}
}

// left is how much of the grace an object has, which begins when it is first asked for.
func (g *graceClock) left(key types.NamespacedName, now time.Time) time.Duration {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	since, ok := g.since[key]
	if !ok {
		since = now
		g.since[key] = now
	}
	return Grace - now.Sub(since)
}

func (g *graceClock) forget(key types.NamespacedName) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	delete(g.since, key)
}

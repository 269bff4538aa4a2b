// Package relations resolves what entities name, and states it in their status.
package relations

import (
	"context"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"portolan.dev/twin/entity"
	"portolan.dev/twin/refs"
)

const (
	// byRef finds the objects that claim a reference.
	byRef = "ref"
	// byTarget finds the objects that declare one, whether it resolves or not.
	byTarget = "target"
)

// AddIndexes indexes every kind. It also makes the manager's cache watch them from its start on.
func AddIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	for _, kind := range entity.Kinds {
		err := indexer.IndexField(ctx, kind.New(), byRef, func(object client.Object) []string {
			return []string{object.(entity.Object).Ref()}
		})
		if err != nil {
			return err
		}
		err = indexer.IndexField(ctx, kind.New(), byTarget, func(object client.Object) []string {
			return distinct(object.(entity.Object).Refs())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// claimants lists the objects that claim a canonical reference, at most limit of them (0: all). They are the cache's
// own: to be read, never changed.
func claimants(ctx context.Context, reader client.Reader, ref string, limit int64) ([]entity.Object, error) {
	for _, kind := range entity.Kinds {
		if strings.ToLower(kind.Name) == refs.Kind(ref) {
			return listed(ctx, reader, kind, byRef, ref, limit)
		}
	}
	return nil, nil
}

func listed(
	ctx context.Context, reader client.Reader, kind entity.Kind, index, value string, limit int64,
) ([]entity.Object, error) {
	list := kind.NewList()
	options := []client.ListOption{client.MatchingFields{index: value}, client.UnsafeDisableDeepCopy}
	if limit > 0 {
		options = append(options, client.Limit(limit))
	}
	if err := reader.List(ctx, list, options...); err != nil {
		return nil, err
	}
	return list.Objects(), nil
}

// distinct are the references in the order of their first mention.
func distinct(declared []entity.Declared) []string {
	found := make([]string, 0, len(declared))
	seen := make(map[string]struct{}, len(declared))
	for _, each := range declared {
		if _, ok := seen[each.Ref]; !ok {
			seen[each.Ref] = struct{}{}
			found = append(found, each.Ref)
		}
	}
	return found
}

// Package azureblob stands for the driver of Azure's storage, which the local platform does not use.
package azureblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme of its URLs.
const Scheme = "azblob"

// ServiceURLOptions would say where the storage is.
type ServiceURLOptions struct{}

// NewDefaultServiceURLOptions has none.
func NewDefaultServiceURLOptions() *ServiceURLOptions {
	return &ServiceURLOptions{}
}

// NewDefaultClient would sign in.
func NewDefaultClient() {}

// URLOpener refuses every URL.
type URLOpener struct {
	MakeClient        func()
	ServiceURLOptions ServiceURLOptions
}

// OpenBucketURL refuses the URL.
func (*URLOpener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("the Pulumi of the local platform has no azblob:// backends; use an official release")
}

# The whole on AWS: the stack of deploy/template.yaml (doc/deploy.md).

# make exports STACK, ARCH, PARAMS, CODE_BUCKET and DELETE of its command line itself, whatever characters they have.
deploy_vars = O='$(abspath $(O))' PATH="$(abspath $(B))/bin:$$PATH"

deploy: lambda.zip ## create or update the stack on AWS and print what to run next; STACK=sales PARAMS='Shards=4' ARCH=arm64
	@$(deploy_vars) sh deploy/deploy.sh up

destroy: ## delete the stack; the table and the bucket stay, unless DELETE='delete the data of sales' says otherwise
	@$(deploy_vars) sh deploy/deploy.sh down

.PHONY: deploy destroy
